//! Plots: a quantity over the number of connections, a line a server, with the least and the most of its turns.

use std::path::Path;

use plotters::prelude::*;

use crate::Failure;
use crate::load::Leg;
use crate::results::{Range, Results};
use crate::run::TOKENS;

/// So much more than the greatest value is shown, so that the names above hide no line.
const HEADROOM: f64 = 1.4;
const SIZE: (u32, u32) = (720, 360);
const COLOURS: [RGBColor; 4] =
    [RGBColor(110, 110, 110), RGBColor(20, 90, 200), RGBColor(200, 80, 20), RGBColor(20, 140, 80)];

struct Plot {
    file: &'static str,
    title: &'static str,
    of: fn(&Leg) -> f64,
}

const PLOTS: [Plot; 3] = [
    Plot { file: "cpu.svg", title: "CPU of the server per token, in µs", of: |leg| leg.cpu_micros },
    Plot { file: "p99.svg", title: "p99 at saturation, in ms", of: |leg| leg.p99 },
    Plot { file: "throughput.svg", title: "Tokens a second", of: |leg| leg.per_second },
];

/// A line: its server, and at each number of connections what was measured.
type Line = (String, Vec<(f64, Range)>);

/// Draws each plot into `directory`; gives file names and titles. Nothing if there is nothing to draw.
pub fn all(results: &Results, directory: &Path) -> Result<Vec<(&'static str, &'static str)>, Failure> {
    let mut drawn = Vec::new();
    for plot in &PLOTS {
        let lines = lines(results, plot.of);
        if lines.iter().any(|(_, points)| points.len() > 1) {
            draw(plot, &lines, &directory.join(plot.file))?;
            drawn.push((plot.file, plot.title));
        }
    }
    Ok(drawn)
}

fn lines(results: &Results, of: fn(&Leg) -> f64) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for section in results.sections.iter().filter(|section| section.name == TOKENS) {
        for side in &section.sides {
            let Some(range) = side.range(of) else { continue };
            let point = (section.connections as f64, range);
            match lines.iter_mut().find(|(name, _)| *name == side.name) {
                Some((_, points)) => points.push(point),
                None => lines.push((side.name.clone(), vec![point])),
            }
        }
    }
    lines
}

fn draw(plot: &Plot, lines: &[Line], path: &Path) -> Result<(), Failure> {
    let points = || lines.iter().flat_map(|(_, points)| points);
    let most = points().map(|(_, range)| range.max).fold(0.0, f64::max) * HEADROOM;
    let widest = points().map(|(at, _)| *at).fold(1.0, f64::max);
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(plot.title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(60)
        .build_cartesian_2d((0.8..widest * 1.25).log_scale(), 0.0..most)?;
    chart
        .configure_mesh()
        .x_desc("connections")
        .x_label_formatter(&|at| format!("{at:.0}"))
        .light_line_style(WHITE)
        .draw()?;
    for ((name, points), colour) in lines.iter().zip(COLOURS.iter().cycle()) {
        let colour = *colour;
        chart
            .draw_series(LineSeries::new(points.iter().map(|(at, range)| (*at, range.median)), colour.stroke_width(2)))?
            .label(name.as_str())
            .legend(move |(x, y)| PathElement::new([(x, y), (x.saturating_add(16), y)], colour.stroke_width(2)));
        let spread =
            |(at, range): &(f64, Range)| PathElement::new([(*at, range.min), (*at, range.max)], colour.stroke_width(1));
        chart.draw_series(points.iter().map(spread))?;
        chart.draw_series(points.iter().map(|(at, range)| Circle::new((*at, range.median), 3, colour.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .border_style(BLACK)
        .background_style(WHITE)
        .draw()?;
    area.present()?;
    Ok(())
}
