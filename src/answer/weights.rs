//! Every number that weighs one kind of evidence against another, in one place.
//! Evidence is counted in log-odds: 0 says nothing either way, 1 makes a rule
//! 2.7 times likelier, 5 some 150 times.
//!
//! They were chosen on three labelled sets by different writers, 292, 566 and
//! 496 messages (tests/fixtures/questions). What each rung brings there, right /
//! right or offered / wrong / false in percent, `tests/answers/ablation.rs`:
//!
//! | up to | dev | second | third |
//! |--|--|--|--|
//! | exact texts and keywords | 70 / 72 / 2 / 20 | 48 / 51 / 5 / 37 | 49 / 51 / 4 / 24 |
//! | + misspelled keywords | 82 / 85 / 4 / 30 | 66 / 68 / 8 / 39 | 68 / 71 / 7 / 35 |
//! | + sample questions | 99 / 100 / 0 / 48 | 98 / 100 / 0 / 49 | 98 / 99 / 1 / 50 |
//! | + samples of what is not ours | 98 / 100 / 0 / 0 | 98 / 100 / 0 / 3 | 96 / 99 / 1 / 2 |
//! | + names of other places | 98 / 100 / 0 / 0 | 98 / 100 / 0 / 1 | 96 / 99 / 1 / 2 |
//!
//! These sets were looked at while samples were written. A fourth, of 571
//! messages, was not: only its four figures were ever read. It got 84.4 / 96.3 /
//! 0.2 / 6.0 at first, and 91.9 / 97.8 / 0.9 / 1.7 now. On the way there:
//!
//! | step | fourth |
//! |--|--|
//! | no greeting or dialect in the way, more samples, ours and not ours | 87.5 / 96.9 / 0.7 / 0.9 |
//! | indirect and mixed samples | 89.2 / 96.7 / 0.7 / 1.7 |
//! | rare words count more, smaller steps, letters of foreign words | 86.8 / 97.4 / 0.0 / 0.0 |
//! | `answer`, `rival` and `doubt` judged each by itself | 91.6 / 98.2 / 0.4 / 0.9 |
//! | plain, short, pinyin samples; common pieces left out | 91.9 / 97.8 / 0.9 / 1.7 |
//!
//! What did not help: counting the share of a message that no sample of ours
//! holds against it (no gain beyond what `doubt` gives), mixing what is read
//! with what is heard, threes of characters.
//!
//! None of them is delicate: half or double moves a figure by about one.

#[derive(Clone, Debug)]
pub struct Weights {
    /// What a keyword that covers the whole message adds for a rule that has
    /// sample questions: they have said most already, the keyword among them.
    pub keyword: f32,
    /// The same for a rule that has only its keywords to speak for it. A word
    /// of two characters then still answers in a message with some forty others.
    pub keyword_alone: f32,
    /// A keyword that the message only sounds like, as a share of the keyword.
    pub misspelled: f32,
    /// How much likeness to sample questions counts; 0 leaves it out.
    pub similar: f32,
    /// What always stands for 「nothing of ours」. Learning is done against it
    /// too, so a sample question beats it in a small rulebook as in a large one.
    pub nothing: f32,
    /// What the name of another place adds to 「nothing of ours」: more than a
    /// sample question or a keyword can bring for a rule.
    pub elsewhere: f32,
    /// The same when the message speaks to us as well (去年去的延安，今年想来你们
    /// 这里): enough to ask back, not to be silent.
    pub elsewhere_and_us: f32,
    /// A rule less certain than this does not answer without asking: it must be
    /// likelier than all others together.
    pub answer: f32,
    /// Nor does it if another rule has more than this share of its certainty.
    pub rival: f32,
    /// Nor if 「nothing of ours」 is more certain than this. A wrong answer to a
    /// question of ours costs less than pretending, and happens less: at 0.3
    /// one message in two hundred more is right, and one out of scope in a
    /// hundred more is false.
    pub doubt: f32,
    /// A rule less certain than this is offered only to keep the best company.
    pub offer: f32,
    /// Nobody is asked when the best rule is less certain than this: the choices
    /// would look random.
    pub ask: f32,
    /// Nobody is asked when 「nothing of ours」 is more certain than this.
    pub quiet: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            keyword: 1.0,
            keyword_alone: 14.0,
            misspelled: 0.8,
            similar: 1.0,
            nothing: 3.5,
            elsewhere: 12.0,
            elsewhere_and_us: 2.0,
            answer: 0.5,
            rival: 0.7,
            doubt: 0.2,
            offer: 0.05,
            ask: 0.08,
            quiet: 0.5,
        }
    }
}
