"""Where AWS's regions are, as people call the places.

Source: AWS, "Regions and Availability Zones", names of the regions.
"""

from __future__ import annotations

from typing import Final

PLACES: Final = {
    "af-south-1": "Cape Town, South Africa",
    "ap-east-1": "Hong Kong",
    "ap-northeast-1": "Tokyo, Japan",
    "ap-northeast-2": "Seoul, South Korea",
    "ap-northeast-3": "Osaka, Japan",
    "ap-south-1": "Mumbai, India",
    "ap-south-2": "Hyderabad, India",
    "ap-southeast-1": "Singapore",
    "ap-southeast-2": "Sydney, Australia",
    "ap-southeast-3": "Jakarta, Indonesia",
    "ap-southeast-4": "Melbourne, Australia",
    "ca-central-1": "Montreal, Canada",
    "ca-west-1": "Calgary, Canada",
    "eu-central-1": "Frankfurt, Germany",
    "eu-central-2": "Zurich, Switzerland",
    "eu-north-1": "Stockholm, Sweden",
    "eu-south-1": "Milan, Italy",
    "eu-south-2": "Spain",
    "eu-west-1": "Ireland",
    "eu-west-2": "London, United Kingdom",
    "eu-west-3": "Paris, France",
    "il-central-1": "Tel Aviv, Israel",
    "me-central-1": "United Arab Emirates",
    "me-south-1": "Bahrain",
    "sa-east-1": "Sao Paulo, Brazil",
    "us-east-1": "Northern Virginia, USA",
    "us-east-2": "Ohio, USA",
    "us-west-1": "Northern California, USA",
    "us-west-2": "Oregon, USA",
}


def place_of(region: str) -> str:
    """Return where a region is, such as Mumbai, India; '' for one that is not listed."""
    return PLACES.get(region, "")
