"""How a message reaches and leaves a channel that is not the web chat, whatever the provider."""
