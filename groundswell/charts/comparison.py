"""Two campaigns' scenes in one chart."""

from dataclasses import replace

from analysis.bins import Step
from analysis.charts.comparison import COMPARISON
from analysis.charts.kind import Chart
from analysis.comparison import Side, compared
from analysis.errors import NoEpisode
from groundswell.charts.scene import Scene


def comparison(scene: Scene, other: Scene, *, by_onset: bool) -> Chart:
    """Lay two campaigns under one another, in bins of one length; raises NoEpisode."""
    step = max(scene.grid.step, other.grid.step, key=lambda step: step.seconds)
    sides = [_side(one, scene, step, by_onset=by_onset) for one in (scene, other)]
    about = replace(
        scene.about,
        title=f"{scene.about.title} / {other.about.title}",
        step=step.name,
        query=(*scene.about.query, *other.about.query),
        notes=tuple(dict.fromkeys((*scene.about.notes, *other.about.notes))),
        events=(),
    )
    return Chart(COMPARISON, compared(*sides), about, scene.basis)


def _side(scene: Scene, first: Scene, step: Step, *, by_onset: bool) -> Side:
    frame = scene.whole_by(step)
    name = scene.wanted.campaign.title
    if not by_onset:
        return Side(name, frame, first.window[0])
    episodes = scene.detected.episodes
    if episodes.empty:
        raise NoEpisode(scene.slug)
    largest = episodes["posts"].to_numpy().argmax()
    return Side(name, frame, episodes["onset"].iloc[largest].to_pydatetime())
