// The sentences of Elman 1991: S → NP VP ".", NP → name | noun | noun RC, VP → verb (NP), RC → who VP | who NP verb.
#include "unfold/data/datasets/generator.h"

namespace unfold {
namespace {

// Words by their place in the list below. Of the verbs, two need an object, two may have one, two have none.
constexpr Index proper_names = 2, nouns = 10, who = 22, full_stop = 23;
constexpr Index singular_verb = 10, plural_verb = 16, needs_object = 2, may_have_object = 4, verbs = 6;

void put(Draw& d, Index word) { d.target += char(word); }

Index put_verb(Draw& d, bool plural, Index kinds) {
  const Index kind = d.below(kinds);
  put(d, (plural ? plural_verb : singular_verb) + kind);
  return kind;
}

bool noun_phrase(Draw& d, int depth);

void verb_phrase(Draw& d, bool plural, int depth) {
  const Index kind = put_verb(d, plural, verbs);
  if (kind < needs_object || (kind < may_have_object && d.below(2) == 0)) noun_phrase(d, depth);
}

/// Whether it is plural. A clause goes `depth` deep at most; a third of the nouns have one.
bool noun_phrase(Draw& d, int depth) {
  const Index noun = d.below(nouns);
  const bool plural = noun >= 6;
  put(d, noun);
  if (noun < proper_names || depth == 0 || d.below(3) > 0) return plural;
  put(d, who);
  if (d.below(2) == 0)
    verb_phrase(d, plural, depth - 1);
  else  // the noun is the clause's object
    put_verb(d, noun_phrase(d, depth - 1), may_have_object);
  return plural;
}

void draw_sentence(Draw& d) {
  const bool plural = noun_phrase(d, d.difficulty);
  verb_phrase(d, plural, d.difficulty);
  put(d, full_stop);
}

constexpr const char* words =
    "John |Mary |boy |girl |cat |dog |boys |girls |cats |dogs |chases |feeds |sees |hears |walks |lives |chase |feed "
    "|see |hear |walk |live |who |.";

}  // namespace

constexpr Generator elman{
    .info = {.name = "elman",
             .label = "Elman's sentences",
             .summary = "A verb agrees with its noun, however many clauses stand between.",
             .source = "Elman 1991, Distributed representations, simple recurrent networks, and grammatical structure",
             .task = TaskKind::generate,
             .difficulty = "clauses inside each other",
             .min_difficulty = 1,
             .default_difficulty = 2,
             .max_difficulty = 8,
             .optimum = "no verb of the wrong number, and the entropy of the grammar's choices",
             .metric = "nats",
             .trivial = "about 2.9 nats a word: their frequencies"},
    .inputs = words,
    .targets = words,
    .draw = draw_sentence};

}  // namespace unfold
