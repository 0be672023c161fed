"""Every chart is one that Altair accepts: its spec is read back and validated against Altair's own schema."""

from datetime import UTC, date, datetime, timedelta

import altair as alt
import pytest

from ui import charts, reach_charts
from ui.chart_kit import Chart, Look
from ui.charts import GrowthPoint, Move, Place
from ui.reach_charts import ReachPoint, RelayTime

START = datetime(2026, 11, 24, 9, 32, tzinfo=UTC)
PLACES = [Place(f"Tổ {n}", 60 + n, 100, 0.5, 0.6 + n / 50) for n in range(1, 9)]
POINTS = [ReachPoint(START + timedelta(minutes=5 * n), known=n / 200, estimate=n / 100) for n in range(60)]


def every_chart(look: Look) -> dict[str, Chart]:
    growing = [
        GrowthPoint(area, date(2026, month, 1), 0.5 + month / 30) for area in ("Sông Cầu", "Xuất Hóa") for month in range(1, 13)
    ]
    return {
        "coverage": charts.coverage(PLACES, target=0.9, look=look),
        "growth": charts.growth(growing, look=look),
        "phones": charts.phones_against_coverage(PLACES, look=look),
        "moves": charts.moves([Move(date(2026, month, 1), month, 12 - month) for month in range(1, 13)], look=look),
        "reach": reach_charts.reach(POINTS, deadline=START + timedelta(hours=3), target=0.95, look=look),
        "relays": reach_charts.relay_times([RelayTime("Tổ 1", 4), RelayTime("Tổ 2", None)], due=28, now=70, look=look),
    }


@pytest.mark.parametrize("is_dark", [False, True])
@pytest.mark.parametrize("name", ["coverage", "growth", "phones", "moves", "reach", "relays"])
def test_altair_reads_it_back(name: str, is_dark: bool) -> None:
    chart = every_chart(Look("vi", is_dark))[name]

    read = alt.Chart.from_dict(chart.spec, validate=True).to_dict(validate=True)

    assert len(read["layer"]) == len(chart.spec["layer"])
    assert chart.alt.endswith(".")


@pytest.mark.parametrize("name", ["coverage", "growth", "phones", "moves", "reach", "relays"])
def test_no_chart_draws_more_points_than_a_screen_can_show(name: str) -> None:
    chart = every_chart(Look())[name]

    assert sum(len(layer.get("data", {}).get("values", [])) for layer in chart.spec["layer"]) < 500
