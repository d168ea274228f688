"""What every route needs: who calls, and what an error looks like."""
