//! Groups texts that are alike, by the pairs of characters they share. Pure,
//! and bounded: it takes any number of texts. Not here: which texts, and what
//! becomes of a group (answer::misses).

use rustc_hash::{FxHashMap, FxHashSet};

use super::normalize::Normalized;

/// So many texts are compared; what comes after them stands alone. The caller
/// puts the important ones first.
const MOST_COMPARED: usize = 4_000;
/// A pair of characters in more texts than this says little, and would make
/// everything be compared with everything.
const COMMON: usize = 300;
/// Of a long text, so many characters are looked at.
const MOST_CHARACTERS: usize = 60;
/// Shared pairs of all pairs of two texts, from which they are alike.
const ALIKE: f32 = 0.33;

type Pair = [char; 2];

/// Groups of positions in `texts`; each position once, in order.
pub fn group(texts: &[Normalized]) -> Vec<Vec<usize>> {
    let compared = texts.get(..MOST_COMPARED.min(texts.len())).unwrap_or_default();
    let pairs: Vec<FxHashSet<Pair>> = compared.iter().map(pairs_of).collect();
    let mut groups = Groups::new(texts.len());
    let mut seen_in: FxHashMap<Pair, Vec<usize>> = FxHashMap::default();
    for (at, mine) in pairs.iter().enumerate() {
        let mut shared: FxHashMap<usize, usize> = FxHashMap::default();
        for pair in mine {
            let earlier = seen_in.entry(*pair).or_default();
            if earlier.len() <= COMMON {
                earlier.iter().for_each(|other| *shared.entry(*other).or_default() += 1);
                earlier.push(at);
            }
        }
        for (other, shared) in shared {
            if pairs.get(other).is_some_and(|theirs| are_alike(shared, mine.len(), theirs.len())) {
                groups.join(at, other);
            }
        }
    }
    groups.into_lists()
}

/// Jaccard's measure.
#[expect(clippy::cast_precision_loss, reason = "a text has at most sixty pairs")]
fn are_alike(shared: usize, mine: usize, theirs: usize) -> bool {
    shared as f32 >= ALIKE * (mine + theirs - shared) as f32
}

fn pairs_of(text: &Normalized) -> FxHashSet<Pair> {
    let characters: Vec<char> =
        text.as_str().chars().filter(|c| !c.is_whitespace()).take(MOST_CHARACTERS).collect();
    match characters.as_slice() {
        [alone] => FxHashSet::from_iter([[*alone, *alone]]),
        _ => characters.windows(2).filter_map(|pair| pair.try_into().ok()).collect(),
    }
}

/// Union-find.
struct Groups(Vec<usize>);

impl Groups {
    fn new(texts: usize) -> Self {
        Self((0..texts).collect())
    }

    fn root(&mut self, mut at: usize) -> usize {
        while let Some(&parent) = self.0.get(at)
            && parent != at
        {
            let above = self.0.get(parent).copied().unwrap_or(parent);
            if let Some(parent) = self.0.get_mut(at) {
                *parent = above;
            }
            at = above;
        }
        at
    }

    /// The earlier text leads.
    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        if let Some(parent) = self.0.get_mut(one.max(other)) {
            *parent = one.min(other);
        }
    }

    fn into_lists(mut self) -> Vec<Vec<usize>> {
        let mut lists: Vec<Vec<usize>> = vec![Vec::new(); self.0.len()];
        for at in 0..self.0.len() {
            let root = self.root(at);
            if let Some(list) = lists.get_mut(root) {
                list.push(at);
            }
        }
        lists.retain(|list| !list.is_empty());
        lists
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(texts: &[&str]) -> Vec<Vec<usize>> {
        let texts: Vec<Normalized> = texts.iter().map(|text| Normalized::new(text)).collect();
        group(&texts)
    }

    #[test]
    fn texts_that_share_most_pairs_of_characters_are_one_group() {
        let texts = ["路费能报销吗", "有无线网吗", "来回路费能报销吗", "路费报销", "宿舍有无线网吗", "票"];

        assert_eq!(grouped(&texts), [vec![0, 2, 3], vec![1, 4], vec![5]]);
    }

    #[test]
    fn what_is_alike_by_steps_is_one_group() {
        assert_eq!(grouped(&["甲乙丙丁", "乙丙丁戊", "丙丁戊己"]), [vec![0, 1, 2]]);
    }

    #[test]
    fn nothing_empty_and_single_characters_are_taken() {
        assert_eq!(grouped(&[]), Vec::<Vec<usize>>::new());
        assert_eq!(grouped(&["？", "好", "好"]), [vec![0], vec![1, 2]]);
    }

    #[test]
    fn any_number_of_texts_is_grouped_in_bounded_work() {
        let texts: Vec<Normalized> =
            (0..100_000).map(|n| Normalized::new(&format!("请问第{n}次培训怎么报名参加"))).collect();

        let groups = group(&texts);

        assert_eq!(groups.iter().map(Vec::len).sum::<usize>(), texts.len());
    }
}
