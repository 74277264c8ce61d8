//! What finding the answer to a message of 20 characters costs, and what it
//! costs to get ready for it, by the number of rules.
//! `cargo bench --bench answer`.

#![expect(clippy::indexing_slicing, reason = "the index is taken modulo the length")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use jiff::civil::date;
use yingda::answer::{Asked, Matcher};
use yingda::model::{AccountId, RuleId};
use yingda::rulebook::{Rule, Rulebook, Trigger};
use yingda::text::Normalized;

/// Common characters: messages and sample questions made of them overlap as
/// real ones do.
const CHARACTERS: &str = "我们单位想去培训请问一个人大概要多少钱能不能报销开什么票据住在哪里吃饭怎么安排行程几天老师讲课现场教学\
    红军服装结业证书邀请函档期改期上班时间人工客服投诉建议你好谢谢学习资料文章天气衣服保险医生车接站地址电话微信号\
    发票财务领导党员支部书记县区市局学校医院公司社区街道青年骨干中心山路桥村河田林木石水火土金日月星云风雨雪";

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// A small generator, so that every run measures the same texts.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap_or(0)
    }

    /// Of any of 6 000 characters, as a hundred thousand different keywords are.
    fn keyword(&mut self) -> String {
        let length = 2 + self.roll(4);
        (0..length).filter_map(|_| char::from_u32(0x4e00 + u32::try_from(self.roll(6_000)).ok()?)).collect()
    }

    fn text(&mut self, characters: usize) -> String {
        let all: Vec<char> = CHARACTERS.chars().filter(|c| c.is_alphabetic()).collect();
        (0..characters).map(|_| all[self.roll(all.len())]).collect()
    }
}

fn rulebook(rules: usize, questions: usize) -> Rulebook {
    let mut dice = Dice(SEED);
    let rules = (0..rules).map(|number| {
        let keyword = Trigger::Contains(vec![Normalized::new(&dice.keyword())]);
        let samples = (0..questions).map(|_| {
            let length = 6 + dice.roll(15);
            dice.text(length).into()
        });
        let questions = samples.collect();
        let id = RuleId::parse(&format!("rule{number}")).expect("a plain id");
        Rule { triggers: vec![keyword], questions, ..Rule::named(id, "规则") }
    });
    Rulebook::of_rules(rules.collect())
}

fn decisions(criterion: &mut Criterion) {
    let account = AccountId::parse("main").expect("a slug");
    let asked = Asked { account: &account, today: date(2026, 11, 23) };
    let mut dice = Dice(88_172_645_463_325_252);
    let mut messages: Vec<String> = (0..512).map(|_| dice.text(20)).collect();
    // Every other message holds a keyword of the smallest rulebook.
    let mut same_dice = Dice(SEED);
    let known = same_dice.keyword();
    for message in messages.iter_mut().step_by(2) {
        *message = format!("{}{known}", dice.text(20 - known.chars().count()));
    }
    let mut group = criterion.benchmark_group("a decision");
    for (rules, questions) in [(10, 0), (1_000, 0), (100_000, 0), (30, 100), (1_000, 5), (10_000, 5)] {
        let matcher = Matcher::new(&rulebook(rules, questions));
        let name = BenchmarkId::new(format!("{questions} samples a rule"), rules);
        let mut next = messages.iter().cycle();
        group.bench_function(name, |bencher| {
            bencher.iter(|| matcher.answer(black_box(next.next().map_or("", String::as_str)), &asked));
        });
    }
}

fn loading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("getting ready");
    group.sample_size(10);
    for (rules, questions) in [(1_000, 0), (100_000, 0), (30, 100), (1_000, 10)] {
        let rulebook = rulebook(rules, questions);
        let name = BenchmarkId::new(format!("{questions} samples a rule"), rules);
        group.bench_function(name, |bencher| bencher.iter(|| Matcher::new(black_box(&rulebook))));
    }
}

criterion_group!(benches, decisions, loading);
criterion_main!(benches);
