"""A picture of the app: what there is, in which regions, and who calls whom. Pure.

graph     nodes and edges, of the templates      mermaid   as text for Markdown
links     which resource leads to which          svg       as a picture, laid out by `layout`
"""

from sam_deploy.export.diagram.graph import Edge, Graph, Group, Vertex, graph_of
from sam_deploy.export.diagram.mermaid import mermaid
from sam_deploy.export.diagram.svg import svg

__all__ = ["Edge", "Graph", "Group", "Vertex", "graph_of", "mermaid", "svg"]
