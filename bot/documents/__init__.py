"""What is said in files. The only room of Parley that parses documents, in a process of its own."""
