"""Many strategies side by side: who starts them, and who puts their answers together."""
