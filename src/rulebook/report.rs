//! Problems as people read them: in a terminal, in a log, one after the other
//! with the line they are about.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};

use super::problem::{Problem, Severity};

impl Problem {
    /// With colours, for a terminal.
    pub fn render_styled(&self) -> String {
        self.render_with(&Renderer::styled().decor_style(DecorStyle::Unicode))
    }

    /// The same without colours, for files.
    pub fn render_plain(&self) -> String {
        self.render_with(&Renderer::plain().decor_style(DecorStyle::Unicode))
    }

    /// One line, for the log and for lists.
    pub fn to_line(&self) -> String {
        let position = self.position();
        let space = if position.is_empty() { "" } else { " " };
        let text = format!("{} {position}{space}{}{}", self.severity.title(), self.cause, self.remedy);
        text.replace('\n', " ")
    }

    /// `rules/price.md:3:12`
    pub fn position(&self) -> String {
        match (self.line, self.column) {
            (0, _) => self.file.clone(),
            (line, 0) => format!("{}:{line}", self.file),
            (line, column) => format!("{}:{line}:{column}", self.file),
        }
    }

    fn render_with(&self, renderer: &Renderer) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::INFO,
        };
        let title = level.with_name(self.severity.title()).primary_title(&*self.cause).id(self.code);
        let remedy = (!self.remedy.is_empty()).then(|| Level::HELP.with_name("改法").message(&*self.remedy));
        let group = title.element(self.shown_place()).elements(remedy);
        renderer.render(&[group])
    }

    fn shown_place(&self) -> Element<'_> {
        let Some(snippet) = &self.snippet else {
            return Origin::path(self.position()).into();
        };
        Snippet::source(&*snippet.text)
            .line_start(self.line)
            .path(&*self.file)
            .annotation(AnnotationKind::Primary.span(snippet.start..snippet.end))
            .into()
    }
}

/// `2 处错误，3 处提醒`; empty when there is nothing to tell.
pub fn summary(problems: &[Problem]) -> String {
    [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter_map(|severity| {
            let count = problems.iter().filter(|problem| problem.severity == severity).count();
            (count > 0).then(|| format!("{count} 处{}", severity.title()))
        })
        .collect::<Vec<_>>()
        .join("，")
}
