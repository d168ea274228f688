"""Deploy: what is carried out, with which options, after which questions; and the demo."""
