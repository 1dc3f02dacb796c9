"""The commands of ``singlepot``, one file a group; each imports what it needs when it runs."""
