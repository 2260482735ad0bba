"""Sound in files, and text that is spoken or heard. All of it blocks: call it in a thread."""
