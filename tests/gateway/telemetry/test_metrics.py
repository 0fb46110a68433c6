"""Prometheus' text format, to the letter."""

from __future__ import annotations

from gateway.telemetry.metrics import Counter, Histogram, Metrics


def test_a_counter_prints_its_labels_escaped_and_in_order():
    counter = Counter("c_total", "Help.", ("a", "b"))
    counter.add("x", '"\\\n')
    counter.add("x", "y", count=2)
    assert list(counter.lines()) == [
        "# HELP c_total Help.",
        "# TYPE c_total counter",
        'c_total{a="x",b="\\"\\\\\\n"} 1',
        'c_total{a="x",b="y"} 2',
    ]


def test_a_histogram_counts_up():
    histogram = Histogram("h", "Help.")
    for seconds in (0.0005, 0.001, 0.3, 99.0):
        histogram.observe(seconds)
    lines = list(histogram.lines())
    assert lines[2] == 'h_bucket{le="0.001"} 2'
    assert lines[9] == 'h_bucket{le="0.25"} 2'
    assert lines[10] == 'h_bucket{le="0.5"} 3'
    assert lines[-3:] == ['h_bucket{le="+Inf"} 4', "h_sum 99.301500", "h_count 4"]


def test_readings_are_taken_when_the_page_is_asked_for():
    metrics = Metrics()
    size = [1]
    metrics.reading("g_bytes", "Help.", lambda: [({"cache": "a"}, size[0])])
    size[0] = 7
    metrics.fetched("stock", "timeout", 0.2)
    text = metrics.text()
    assert "# TYPE g_bytes gauge\n" in text
    assert 'g_bytes{cache="a"} 7\n' in text
    assert 'gateway_subgraph_fetches_total{subgraph="stock",outcome="timeout"} 1\n' in text
    assert text.endswith("\n")
