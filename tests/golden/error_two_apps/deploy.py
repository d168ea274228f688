"""Which one?"""

from sam_deploy import App

shop = App("shop")
blog = App("blog")
