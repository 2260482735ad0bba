"""What the model may do for the person who asks: commands, as tools."""
