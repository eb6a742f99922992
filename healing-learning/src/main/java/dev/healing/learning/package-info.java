/**
 * What was tried for which problem, what came of it, and how much may be expected of it next time.
 *
 * <p>The knowledge base keeps one {@code Tally} per problem and action: counts are all that the
 * confidence needs, so a record costs the same after a million as after ten. It lives in two files.
 * {@code knowledge.json} is the JSON database, readable and versioned; {@code
 * knowledge.journal.jsonl} gets one line per outcome and is folded into the first now and then.
 *
 * <p>Every outcome has a sequence number, and {@code knowledge.json} says up to which one it has
 * counted. That is why a crash at any point, also between writing the one and putting away the
 * other, neither loses nor doubles anything. The journal that was folded in last is kept as {@code
 * knowledge.journal.old.jsonl}: should {@code knowledge.json} be damaged, the copy before it and
 * the two journals still give everything.
 *
 * <p>A document is read problem by problem ({@code KnowledgeDocument}), and refused where it is
 * larger than anything that is written here ({@code BoundedParser}): whatever it says, it takes no
 * more memory than what is remembered ({@code Remembered}). What is kept ({@code Stored}) says
 * itself how it is written ({@code Writing}), and of which kinds its members are ({@code Kind}).
 *
 * <p>Problems are told apart by their full key. The short hash stands beside it for people, and is
 * never looked up by.
 */
package dev.healing.learning;
