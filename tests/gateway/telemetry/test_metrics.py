"""Prometheus' text format, to the letter."""

from __future__ import annotations

import pytest

from gateway.telemetry.metrics import Counter, Histogram, Metrics
from gateway.telemetry.process import read_process
from tests.gateway.telemetry.exposition import parse


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


def test_a_whole_page_is_read_by_a_strict_reader():
    metrics = Metrics()
    read_process(metrics)
    size = [1]
    metrics.reading("g_bytes", "Help.", lambda: [({"cache": 'a"b\\\n'}, size[0])])
    size[0] = 7
    metrics.requests.add("200", "")
    metrics.request_seconds.observe(0.02)
    metrics.fetched("stock", "timeout", 0.2)
    metrics.fetched("stock", "ok", 0.0001)
    metrics.planned(3, 0.004)
    metrics.plans.add("PLAN_BUDGET")
    page = parse(metrics.text())
    assert page["g_bytes"].samples == {("g_bytes", (("cache", 'a\\"b\\\\\\n'),)): 7}
    assert page["gateway_requests_total"]["200", ""] == 1
    assert page["gateway_subgraph_fetches_total"]["stock", "timeout"] == 1
    assert page["gateway_plan_fetches"].samples["gateway_plan_fetches_bucket", (("le", "3"),)] == 1
    assert page["gateway_plan_fetches"].samples["gateway_plan_fetches_bucket", (("le", "2"),)] == 0
    assert page["gateway_plans_total"]["PLAN_BUDGET",] == 1
    assert page["process_resident_memory_bytes"][()] > 10_000_000
    assert page["process_cpu_seconds_total"][()] > 0


@pytest.mark.parametrize(
    "text",
    [
        "a 1\n",
        "# HELP a_total h\n# TYPE a_total counter\na_total 1",
        "# HELP a h\n# TYPE a counter\na 1\n",
        '# HELP a h\n# TYPE a gauge\na{x="1",} 1\n',
        '# HELP a h\n# TYPE a gauge\na{x="1"} 1\na{x="1"} 2\n',
        '# HELP a h\n# TYPE a gauge\na{x="1"} 1\na{y="1"} 2\n',
        '# HELP a h\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n',
        "# HELP a h\n# TYPE a gauge\nb 1\n",
    ],
)
def test_the_strict_reader_is_strict(text: str):
    with pytest.raises((AssertionError, KeyError)):
        parse(text)
