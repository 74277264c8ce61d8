//! Cutting a text that is longer than one reply can carry, where a reader would
//! pause, so that the rest can follow when the customer asks for it.

use super::{Limits, Markup, Span, Text, rendered_width};

/// Where a sentence may end.
const SENTENCE_ENDS: [char; 8] = ['。', '！', '？', '；', '…', '\n', '!', '?'];

/// What may still follow the end of a sentence and belongs to it.
const CLOSING_MARKS: [char; 8] = ['”', '’', '」', '』', '）', '》', '"', ')'];

impl Text {
    /// The part that fits into one reply, and the rest if there is any. When
    /// there is, the part ends with `hint`, which tells how to get it.
    ///
    /// Cuts after a sentence, unless that would leave more than half of the
    /// room unused, else between two characters. Links and options stay whole;
    /// one that fits no reply at all becomes its label.
    pub fn fit(self, limits: Limits, hint: &Self) -> (Self, Option<Self>) {
        if self.rendered_bytes(limits.markup) <= limits.text_bytes {
            return (self, None);
        }
        let hint = if hint.rendered_bytes(limits.markup) * 2 <= limits.text_bytes {
            hint.clone()
        } else {
            Self::default()
        };
        let room = limits.text_bytes - hint.rendered_bytes(limits.markup);
        let whole = self.with_markup_that_fits(room, limits.markup);
        let cut = whole.find_cut(room, limits.markup);
        let (mut part, rest) = whole.split_at(cut);
        if rest.is_empty() {
            return (part, None);
        }
        part.spans.extend(hint.spans);
        (part, Some(rest))
    }

    fn with_markup_that_fits(self, room: usize, markup: Markup) -> Self {
        let spans = self.spans.into_iter().map(|span| match span {
            Span::Link { ref label, .. } | Span::Option { ref label, .. }
                if span.rendered_bytes(markup) > room =>
            {
                Span::Plain(label.clone())
            }
            Span::Link { .. } | Span::Option { .. } | Span::Plain(_) => span,
        });
        Self { spans: spans.collect() }
    }

    fn find_cut(&self, room: usize, markup: Markup) -> Cut {
        let mut search = Search::default();
        for (index, span) in self.spans.iter().enumerate() {
            match span {
                Span::Plain(text) => {
                    for (at, c) in text.char_indices() {
                        let after = Cut { span: index, byte: at + c.len_utf8() };
                        if !search.take(rendered_width(c, markup), room, after) {
                            return search.best(room);
                        }
                        search.note_sentence_end(c);
                    }
                }
                Span::Link { .. } | Span::Option { .. } => {
                    let after = Cut { span: index + 1, byte: 0 };
                    if !search.take(span.rendered_bytes(markup), room, after) {
                        return search.best(room);
                    }
                    search.ended = false;
                }
            }
        }
        search.last
    }

    fn split_at(mut self, cut: Cut) -> (Self, Self) {
        let mut rest = self.spans.split_off(cut.span.min(self.spans.len()));
        if let Some(Span::Plain(text)) = rest.first_mut() {
            let tail = text.split_off(text.floor_char_boundary(cut.byte));
            let head = std::mem::replace(text, tail);
            if !head.is_empty() {
                self.spans.push(Span::Plain(head));
            }
        }
        rest.retain(|span| !matches!(span, Span::Plain(text) if text.is_empty()));
        (self, Self { spans: rest })
    }
}

/// Everything before `span`, and `byte` bytes of it.
#[derive(Clone, Copy, Default)]
struct Cut {
    span: usize,
    byte: usize,
}

#[derive(Default)]
struct Search {
    used: usize,
    last: Cut,
    /// The last character ended a sentence.
    ended: bool,
    sentence: Option<(Cut, usize)>,
}

impl Search {
    /// Whether what is `width` bytes wide still fits. The first character always
    /// does: a room smaller than one character must not stop the cutting.
    fn take(&mut self, width: usize, room: usize, after: Cut) -> bool {
        if self.used + width > room && self.used > 0 {
            return false;
        }
        self.used += width;
        self.last = after;
        true
    }

    fn note_sentence_end(&mut self, c: char) {
        self.ended = SENTENCE_ENDS.contains(&c) || (self.ended && CLOSING_MARKS.contains(&c));
        if self.ended {
            self.sentence = Some((self.last, self.used));
        }
    }

    fn best(&self, room: usize) -> Cut {
        match self.sentence {
            Some((cut, used)) if used * 2 >= room => cut,
            Some(_) | None => self.last,
        }
    }
}
