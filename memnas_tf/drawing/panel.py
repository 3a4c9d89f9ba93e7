"""The layout of one block.

Source: the paper, Figure 1(b).
"""

from __future__ import annotations

from collections.abc import Mapping

from memnas_tf.drawing import measures as m
from memnas_tf.drawing.layering import (
    INPUT,
    OUTPUT,
    TRIMMED_PORT,
    Edge,
    Graph,
    Node,
    layered,
    output_sources,
)
from memnas_tf.drawing.ordering import order_layers
from memnas_tf.drawing.placement import place
from memnas_tf.drawing.shapes import Box, CellBox, Line, OperationBox, Panel, Point
from memnas_tf.drawing.text import line_height, text_width, wrap
from memnas_tf.genotype import BlockDifference

_PORT = (m.OPERATION_WIDTH + m.OPERATION_GAP) / 2


def lay_out_panel(title: str, difference: BlockDifference, captions: tuple[str, ...] = ()) -> Panel:
    """Lay out one block.

    Args:
        title: Which blocks it stands for.
        difference: The block's cells, and those that a move has taken away.
        captions: What is said of their sizes, line by line.

    Returns:
        The panel.
    """
    graph = layered(difference)
    layers = order_layers(graph)
    ranks = {node: rank for layer in layers for rank, node in enumerate(layer)}
    output_lines = _output_lines(output_sources(difference.cells))
    widths = {node: _width(graph, node, output_lines) for layer in layers for node in layer}
    offsets = _offsets(graph, ranks)
    x = place(graph, layers, widths, offsets)
    left = min(x[node] - widths[node] / 2 for node in x)
    right = max(x[node] + widths[node] / 2 for node in x)
    texts = [text_width(line, m.SMALL_FONT) for line in captions]
    texts.append(text_width(title, m.PANEL_FONT, bold=True))
    width = max(right - left, *texts) + 2 * m.PANEL_PADDING
    shift = (width - left - right) / 2
    x = {node: middle + shift for node, middle in x.items()}
    top = m.PANEL_TITLE_HEIGHT + len(captions) * line_height(m.SMALL_FONT)
    bands = _bands(graph, x, offsets, output_lines, top)
    boxes = {
        node: _box(x[node], widths[node], bands[node.layer])
        for node in x
        if not graph.passes_by(node)
    }
    return Panel(
        title=title,
        captions=captions,
        width=width,
        height=bands[-1][1] + m.PANEL_PADDING,
        input_box=boxes[Node(0, INPUT)],
        output_box=boxes[Node(len(layers) - 1, OUTPUT)],
        output_lines=output_lines,
        cells=tuple(
            _cell_box(index, boxes[Node(graph.depths[index], index)], graph, offsets)
            for index in difference.cells
        ),
        lines=tuple(_line(edge, graph, x, offsets[edge], bands) for edge in graph.edges),
    )


def _output_lines(sources: tuple[int, ...]) -> tuple[str, ...]:
    if not sources:
        return ("output", "no cell reaches it")
    names = ", ".join(f"C{index}" for index in sources)
    text = f"concat of {names}" if len(sources) > 1 else names
    return ("output", *wrap(text, m.OUTPUT_TEXT_WIDTH, m.FONT))


def _width(graph: Graph, node: Node, output_lines: tuple[str, ...]) -> float:
    if graph.passes_by(node):
        return 0.0
    if node.representation == OUTPUT:
        ports = sum(edge.lower == node for edge in graph.edges)
        text = max(text_width(line, m.FONT) for line in output_lines)
        return max(m.END_WIDTH, text + 2 * m.OUTPUT_PADDING, (ports + 1) * m.PORT_GAP)
    return m.END_WIDTH if node.representation == INPUT else m.CELL_WIDTH


def _offsets(graph: Graph, ranks: Mapping[Node, int]) -> dict[Edge, float]:
    """Tell where at its lower node each edge ends: side by side, as the edges come in."""
    arriving: dict[Node, list[Edge]] = {}
    for edge in graph.edges:
        arriving.setdefault(edge.lower, []).append(edge)
    offsets: dict[Edge, float] = {}
    for node, edges in arriving.items():
        is_output = node.representation == OUTPUT
        before = [] if is_output else [edge for edge in edges if edge.port >= TRIMMED_PORT]
        edges = [edge for edge in edges if edge not in before]
        edges.sort(key=lambda edge: (ranks[edge.upper], edge.port))
        step = m.PORT_GAP if is_output else 2 * _PORT
        for number, edge in enumerate(edges):
            offsets[edge] = (number - (len(edges) - 1) / 2) * step
        ends = {edge.port: offsets[edge] for edge in edges}
        offsets.update({edge: ends[edge.port - TRIMMED_PORT] for edge in before})
    return offsets


def _bands(
    graph: Graph,
    x: Mapping[Node, float],
    offsets: Mapping[Edge, float],
    output_lines: tuple[str, ...],
    top: float,
) -> list[tuple[float, float]]:
    """Return the top and the bottom of each layer; further apart where lines run far."""
    reach = [0.0] * len(graph.layers)
    for edge in graph.edges:
        run = abs(x[edge.lower] + offsets[edge] - x[edge.upper])
        reach[edge.lower.layer] = max(reach[edge.lower.layer], run)
    last = len(graph.layers) - 1
    bands = [(top, top + m.INPUT_HEIGHT)]
    for layer in range(1, last + 1):
        gap = min(m.MAX_LAYER_GAP, m.LAYER_GAP + m.LAYER_GAP_PER_INCH * reach[layer])
        top = bands[-1][1] + gap
        output_height = len(output_lines) * line_height(m.FONT) + 2 * m.OUTPUT_PADDING
        bands.append((top, top + (output_height if layer == last else m.CELL_HEIGHT)))
    return bands


def _box(middle: float, width: float, band: tuple[float, float]) -> Box:
    return Box(middle - width / 2, band[0], width, band[1] - band[0])


def _cell_box(index: int, box: Box, graph: Graph, offsets: Mapping[Edge, float]) -> CellBox:
    difference = graph.difference
    cell = difference.cells[index]
    middle = box.centre[0]
    top = box.y + m.CELL_PADDING
    ports = {
        edge.port: offsets[edge]
        for edge in graph.edges
        if edge.lower.representation == index and not graph.passes_by(edge.lower)
    }
    first, second = (
        OperationBox(
            Box(
                middle + ports[port] - m.OPERATION_WIDTH / 2,
                top,
                m.OPERATION_WIDTH,
                m.OPERATION_HEIGHT,
            ),
            name,
            is_trimmed=(index, port) in difference.trimmed_operations,
        )
        for port, (_, name) in enumerate(cell.operands)
    )
    combine_top = top + m.OPERATION_HEIGHT + m.COMBINE_GAP
    combine_box = Box(middle - m.COMBINE_WIDTH / 2, combine_top, m.COMBINE_WIDTH, m.COMBINE_HEIGHT)
    operations = (first, second) if first.box.x < second.box.x else (second, first)
    return CellBox(
        index,
        box,
        operations,
        cell.combine,
        combine_box,
        is_grown=index in difference.grown,
        is_trimmed=index in difference.trimmed,
    )


def _line(
    edge: Edge,
    graph: Graph,
    x: Mapping[Node, float],
    offset: float,
    bands: list[tuple[float, float]],
) -> Line:
    start, end = x[edge.upper], x[edge.lower] + offset
    top, bottom = bands[edge.upper.layer]
    if graph.passes_by(edge.upper):
        begins = top
    elif edge.upper.representation == INPUT:
        begins = bottom
    else:
        begins = bottom - m.CELL_PADDING
    enters = ends = bands[edge.lower.layer][0]
    is_arrow = not graph.passes_by(edge.lower)
    if edge.lower.representation == OUTPUT:
        enters -= m.OUTPUT_ENTRY
    elif is_arrow:
        ends += m.CELL_PADDING
    points: tuple[Point, Point, Point, Point] = (
        (start, begins),
        (start, bottom),
        (end, enters),
        (end, ends),
    )
    return Line(edge.upper.representation, points, is_arrow, edge.is_trimmed)
