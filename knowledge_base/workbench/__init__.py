"""What staff try before they publish, and look for afterwards: with the encoder, in a child."""
