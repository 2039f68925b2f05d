//! The net itself: its weights as stored, and what it says of a mail.
//!
//! Gated dilated convolutions (Gehring et al. 2017; Strubell et al. 2017) over word vectors, a linear-chain conditional
//! random field on top for the words (Lample et al. 2016), and attention pools for sessions and mail. `training/net.py`
//! is the same in JAX and makes the weights.

use ndarray::{Array1, Array2, Axis, Slice};

use super::encoder::Encoder;
use super::field::{TAGS, marginals};
use super::flags::{Flag, SessionFlag};
use super::layers::{Block, array, gelu, gelu2, joined, most, normalized, pools, softmax, taps};
use super::sight::{Sight, TABLES};
use super::vectors::{STORED, Table, Vectors};
use super::vocabulary::Vocabulary;
use super::weights::{Weights, matrix, named, vector};

/// Distances between the taps of the convolutions over the mail, and over it for one session.
const STEPS: [usize; 6] = [1, 2, 4, 8, 16, 1];
const SESSION_STEPS: [usize; 4] = [1, 2, 4, 8];

/// The block behind which every token hears of the whole mail.
const WHOLE_AFTER: usize = 2;

/// Word vectors and nets.
#[derive(Debug)]
pub struct Model<'a> {
    /// The word pieces.
    pub vocabulary: Vocabulary<'a>,
    /// For each piece a scale and its vector in units of it.
    vectors: Table<'a>,
    encoder: Encoder,
    nets: Vec<Net>,
}

/// What the nets say of a mail, on average.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Opinion {
    /// For each token, how likely each tag is.
    pub tags: Vec<[f32; TAGS]>,
    /// For each session: comes, does not, nothing is said.
    pub sessions: Vec<[f32; 3]>,
    /// How likely a careful assistant would not act on the mail alone.
    pub review: f32,
    /// How likely it concerns nobody, one, or several people.
    pub people: [f32; 3],
    /// Attend, decline, change, cancel, question, unrelated.
    pub kinds: [f32; 6],
    /// How likely staff must see the mail, whatever is done with it.
    pub human: f32,
    /// How likely the one person that the mail was read for is one of those who answer; nothing else of the mail as a
    /// whole is then told.
    pub answers: f32,
}

#[derive(Debug)]
struct Net {
    project: Array2<f32>,
    sentence: Array2<f32>,
    clause: Array2<f32>,
    around: Array2<f32>,
    session_around: Array2<f32>,
    word: Array2<f32>,
    own: Array2<f32>,
    label: Array2<f32>,
    flags: Array2<f32>,
    tables: Vec<Array2<f32>>,
    rows: Array2<f32>,
    bias: Array1<f32>,
    stack: Vec<Block>,
    whole: Array2<f32>,
    out_scale: Array1<f32>,
    out_shift: Array1<f32>,
    tag: Array2<f32>,
    tag_bias: Array1<f32>,
    transitions: Array2<f32>,
    session_in: Array2<f32>,
    session_flags: Array2<f32>,
    session_bias: Array1<f32>,
    session_stack: Vec<Block>,
    session_attention: Array2<f32>,
    session_out: Array2<f32>,
    session_out_bias: Array1<f32>,
    mail_attention: Array2<f32>,
    mail_hidden: Array2<f32>,
    mail_hidden_bias: Array1<f32>,
    mail_out: Array2<f32>,
    mail_out_bias: Array1<f32>,
}

impl<'a> Model<'a> {
    /// Reads the stored form: vocabulary, vectors, the encoder's weights, then each net's. `None` if
    /// it is damaged. `nets`, if given, are used in place of those that follow the vectors.
    #[must_use]
    pub fn from_bytes(bytes: &'a [u8], nets: Option<&[u8]>) -> Option<Self> {
        let (vocabulary, rest) = Vocabulary::from_bytes(bytes)?;
        let (vectors, rest) = rest.split_at_checked(vocabulary.len().checked_mul(STORED)?)?;
        let (encoder, rest) = named(rest)?;
        let encoder = Encoder::of(encoder)?;
        let mut rest = nets.unwrap_or(rest);
        let mut all = Vec::new();
        while !rest.is_empty() {
            let (weights, more) = named(rest)?;
            all.push(Net::of(weights)?);
            rest = more;
        }
        (!all.is_empty()).then_some(Self { vocabulary, vectors: Table(vectors.as_chunks().0), encoder, nets: all })
    }

    /// The vectors of a mail.
    #[must_use]
    pub fn vectors(&self, sight: &Sight) -> Vectors {
        Vectors::of(self.vectors, &self.encoder, sight)
    }

    /// What the nets say of a mail; of one person in it, where these tokens name him.
    #[must_use]
    pub fn read(&self, sight: &Sight, vectors: &Vectors, target: Option<&[usize]>) -> Opinion {
        if sight.tokens.is_empty() {
            return Opinion { sessions: vec![[0.0, 0.0, 1.0]; sight.sessions.len()], ..Opinion::default() };
        }
        let mut all: Vec<Opinion> = self.nets.iter().map(|net| net.read(vectors, sight, target)).collect();
        let Some(mut mean) = all.pop() else { return Opinion::default() };
        let share = 1.0 / f32::from(u16::try_from(self.nets.len()).unwrap_or(1));
        for other in all {
            mean.zip(&other);
        }
        mean.scale(share);
        mean
    }
}

impl Opinion {
    fn each(&mut self) -> impl Iterator<Item = &mut f32> {
        let tags = self.tags.iter_mut().flatten();
        let sessions = self.sessions.iter_mut().flatten();
        let mail = [&mut self.review, &mut self.human, &mut self.answers];
        tags.chain(sessions).chain(mail).chain(&mut self.people).chain(&mut self.kinds)
    }

    fn zip(&mut self, other: &Self) {
        let mut other = other.clone();
        for (own, other) in self.each().zip(other.each()) {
            *own += *other;
        }
    }

    fn scale(&mut self, by: f32) {
        for number in self.each() {
            *number *= by;
        }
    }
}

impl Net {
    fn of(mut weights: Weights) -> Option<Self> {
        let all = &mut weights;
        let stack = |all: &mut Weights, name: &str, steps: usize| {
            let block = |number: usize| {
                Some(Block {
                    taps: taps(&matrix(all, &format!("{name}.{number}.w"))?)?,
                    bias: vector(all, &format!("{name}.{number}.b"))?,
                    scale: vector(all, &format!("{name}.{number}.g"))?,
                    shift: vector(all, &format!("{name}.{number}.c"))?,
                })
            };
            (0..steps).map(block).collect::<Option<Vec<Block>>>()
        };
        Some(Self {
            project: matrix(all, "proj")?,
            sentence: matrix(all, "v")?,
            clause: matrix(all, "w")?,
            around: matrix(all, "vh")?,
            session_around: matrix(all, "vs")?,
            word: matrix(all, "e")?,
            own: matrix(all, "e2")?,
            label: matrix(all, "l")?,
            flags: matrix(all, "f")?,
            tables: (0..TABLES.len()).map(|table| matrix(all, &format!("t.{table}"))).collect::<Option<_>>()?,
            rows: matrix(all, "r")?,
            bias: vector(all, "b")?,
            stack: stack(all, "stack", STEPS.len())?,
            whole: matrix(all, "glob")?,
            out_scale: vector(all, "on")?,
            out_shift: vector(all, "oc")?,
            tag: matrix(all, "tag")?,
            tag_bias: vector(all, "tb")?,
            transitions: matrix(all, "tr")?,
            session_in: matrix(all, "sh")?,
            session_flags: matrix(all, "sf")?,
            session_bias: vector(all, "sb")?,
            session_stack: stack(all, "sstack", SESSION_STEPS.len())?,
            session_attention: matrix(all, "sa")?,
            session_out: matrix(all, "so")?,
            session_out_bias: vector(all, "sob")?,
            mail_attention: matrix(all, "ma")?,
            mail_hidden: matrix(all, "mh")?,
            mail_hidden_bias: vector(all, "mb")?,
            mail_out: matrix(all, "mo")?,
            mail_out_bias: vector(all, "mob")?,
        })
    }

    fn read(&self, vectors: &Vectors, sight: &Sight, target: Option<&[usize]>) -> Opinion {
        let around = vectors.around(sight, &self.sentence, &self.clause);
        let hidden = self.hidden(vectors, &around, sight, target);
        let scores = hidden.dot(&self.tag) + &self.tag_bias;
        let pooled = pools(&hidden, &self.mail_attention);
        let between = gelu(pooled.dot(&self.mail_hidden) + &self.mail_hidden_bias);
        let mail = between.dot(&self.mail_out) + &self.mail_out_bias;
        let part = |from: usize, to: usize| softmax(mail.slice_axis(Axis(0), Slice::from(from..to)));
        let (act, kinds, people) = (part(0, 2), part(2, 8), part(8, 11));
        let (human, answers) = (part(11, 13), part(13, 15));
        let most = most(&hidden);
        let projected = hidden.dot(&self.session_in) + around.dot(&self.session_around);
        Opinion {
            tags: marginals(&scores, &self.transitions),
            sessions: sight.sessions.iter().map(|flags| self.session(&projected, flags, &most)).collect(),
            review: act.get(1).copied().unwrap_or_default(),
            people: array(&people),
            kinds: array(&kinds),
            human: human.get(1).copied().unwrap_or_default(),
            answers: answers.get(1).copied().unwrap_or_default(),
        }
    }

    /// What every token means in its mail.
    fn hidden(&self, vectors: &Vectors, around: &Array2<f32>, sight: &Sight, target: Option<&[usize]>) -> Array2<f32> {
        let word = |vectors: &Array2<f32>, weights: &Array2<f32>| vectors.dot(&self.project).dot(weights);
        let mut x = word(&vectors.words, &self.word) + word(&vectors.own, &self.own);
        x += &word(&vectors.labels, &self.label);
        x += &around.dot(&self.around);
        let mut looked_up = Array2::<f32>::zeros((sight.tokens.len(), self.rows.nrows()));
        for ((mut row, mut looked), token) in x.rows_mut().into_iter().zip(looked_up.rows_mut()).zip(&sight.tokens) {
            row += &self.bias;
            for bit in 0..=(Flag::Refers as usize) {
                if token.flags >> bit & 1 == 1 {
                    row += &self.flags.row(bit);
                }
            }
            let values = self.tables.iter().zip(token.rows).flat_map(|(table, row)| table.row(usize::from(row)));
            for (looked, value) in looked.iter_mut().zip(values) {
                *looked = *value;
            }
        }
        if let Some(target) = target {
            x += &self.flags.row(Flag::Sought as usize);
            for at in target {
                let mut row = x.row_mut(*at);
                row += &self.flags.row(Flag::Target as usize);
            }
        }
        let mut x = gelu2(x + looked_up.dot(&self.rows));
        for (number, (block, step)) in self.stack.iter().zip(STEPS).enumerate() {
            x += &block.convolved(&x, step);
            if number == WHOLE_AFTER {
                let mean = x.mean_axis(Axis(0)).unwrap_or_else(|| Array1::zeros(x.ncols()));
                let whole = joined(&[&mean, &most(&x)]).dot(&self.whole);
                x += &whole;
            }
        }
        normalized(&x, &self.out_scale, &self.out_shift)
    }

    fn session(&self, projected: &Array2<f32>, flags: &[u16], most: &Array1<f32>) -> [f32; 3] {
        let mut x = projected + &self.session_bias;
        for (mut row, flags) in x.rows_mut().into_iter().zip(flags) {
            for bit in 0..=(SessionFlag::Asked as usize) {
                if flags >> bit & 1 == 1 {
                    row += &self.session_flags.row(bit);
                }
            }
        }
        let mut x = gelu2(x);
        for (block, step) in self.session_stack.iter().zip(SESSION_STEPS) {
            x += &block.convolved(&x, step);
        }
        let seen = joined(&[&pools(&x, &self.session_attention), most]);
        let scores = seen.dot(&self.session_out) + &self.session_out_bias;
        array(&softmax(scores.view()))
    }
}
