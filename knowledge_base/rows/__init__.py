"""How values of the knowledge base become rows of a database, and rows values."""
