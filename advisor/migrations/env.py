"""Alembic's entrance: runs migrations on the connection that it is handed."""

from alembic import context

from channels.schema import metadata as conversations
from knowledge_base.schema import workspace as content

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[content, conversations],
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
