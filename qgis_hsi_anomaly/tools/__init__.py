"""What is done beside detecting: one file a tool, from which its command and its place in the toolbox are made."""
