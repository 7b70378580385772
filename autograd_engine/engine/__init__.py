"""The engine: a graph, a clock, and the pass that visits the graph in reverse.

It imports no operator; the five primitives that the pass itself needs are in `broadcast`.
"""
