//! Every number that decides, in one place. Tuned on two labelled sets of 293
//! and 566 messages (tests/fixtures/questions), on which `tests/answers` states
//! what each step brings. Evidence is counted in log-odds: 0 says nothing
//! either way, 1 makes a rule 2.7 times likelier, 5 some 150 times.

#[derive(Clone, Debug)]
pub struct Weights {
    /// What a keyword that covers the whole message adds for a rule that has
    /// sample questions as well; they say most already.
    pub keyword: f32,
    /// The same for a rule that has only its keywords to speak for it.
    pub keyword_alone: f32,
    /// A keyword that the message only sounds like, as a share of the keyword.
    pub misspelled: f32,
    /// How much likeness to sample questions counts; 0 leaves it out.
    pub similar: f32,
    /// What always stands for 「nothing of ours」: a message must have at least
    /// something to say for a rule.
    pub nothing: f32,
    /// What the name of another place or institution adds to it; and the same
    /// when the message speaks to us as well (去年去的延安, 今年想来你们这里).
    pub elsewhere: f32,
    pub elsewhere_and_us: f32,
    /// From this certainty on a rule answers without asking.
    pub answer: f32,
    /// A rule less certain than this is not offered.
    pub offer: f32,
    /// Nobody is asked when the best rule is less certain than this.
    pub ask: f32,
    /// Nobody is asked when 「nothing of ours」 is more certain than this.
    pub quiet: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            keyword: 1.5,
            keyword_alone: 14.0,
            misspelled: 0.8,
            similar: 1.0,
            nothing: 3.5,
            elsewhere: 12.0,
            elsewhere_and_us: 2.0,
            answer: 0.7,
            offer: 0.03,
            ask: 0.08,
            quiet: 0.45,
        }
    }
}
