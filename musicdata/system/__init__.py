"""What the machine offers: files, processes, sockets. Nobody else touches them."""
