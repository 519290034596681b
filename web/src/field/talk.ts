// A talk (宣传): what about, how many were reached, what was handed out, who gave it. A round like any other, in few fields, and
// often written down when it is over.
import { make } from "../dom";
import { now, timesWrong } from "./clock";
import { keep, settled } from "./drafts";
import { itemsOf, taken } from "./handin";
import { parties, partiesHint, party } from "./hazard";
import { area, button, camera, choice, fault, field, moment } from "./parts";
import { skipForm } from "./round";
import { hold, state } from "./state";
import { sync } from "./sync";
import { discardPart } from "./thrown";
import type { Due, RoundDraft, TalkDraft } from "./types";
import { asks } from "./way";
import { t } from "./words";

/** Limits of a talk (crates/domain/rounds: model/talk.rs). */
const TOPIC = 80;
const HANDED_OUT = 200;
const REACHED = 100_000;
const HOUR = 3_600_000;

const blank = (): TalkDraft => ({ topic: "", reached: "", handed_out: "", by: "" });

export function talkTo(subject: { kind: string; id: string; community: number; name: string }, due?: Due): RoundDraft {
  const at = now();
  return {
    id: crypto.randomUUID(), community: subject.community, subject: { kind: subject.kind, id: subject.id }, subject_name: subject.name, policy: due?.policy ?? null, asked: due?.policy ?? null, track: false,
    kind: "talk", began_at: new Date(at - HOUR).toISOString(), ended_at: new Date(at).toISOString(), text: "", findings: [], photos: [], saved: 0, talk: blank(),
  };
}

export function talkView(draft: RoundDraft, done: () => void): HTMLElement {
  const note = make("p", { class: "draft-note", role: "status" });
  const save = (): void => void keep(draft, note);
  const talk = (draft.talk ??= blank());
  const typed = (name: keyof TalkDraft, attributes: Record<string, string>): HTMLInputElement => {
    const input = make("input", { autocomplete: "off", ...attributes });
    input.value = talk[name];
    input.addEventListener("input", () => {
      talk[name] = input.value;
      save();
    });
    return input;
  };
  const when = (name: "began_at" | "ended_at"): HTMLInputElement =>
    moment(draft[name] ?? new Date(now()).toISOString(), (at) => {
      draft[name] = at;
      save();
    });
  const topic = typed("topic", { maxlength: String(TOPIC) });
  const reached = typed("reached", { type: "number", min: "1", max: String(REACHED), inputmode: "numeric" });
  const [began, ended] = [when("began_at"), when("ended_at")];
  const by = choice(parties(t("talk-by-me")), talk.by, (value) => {
    talk.by = value;
    save();
  });
  const text = area(draft.text, (value) => {
    draft.text = value;
    save();
  }, 3);
  const lacking = make("p", { class: "error", role: "alert" });
  const end = button(t("talk-save"), "btn-primary btn-l btn-block", async () => {
    const count = Number(talk.reached);
    const wrongTimes = timesWrong(draft.began_at, draft.ended_at ?? draft.began_at);
    const wrong = [
      fault(topic, !talk.topic.trim() && t("talk-need-topic")) && topic,
      fault(reached, !(Number.isInteger(count) && count >= 1 && count <= REACHED) && t("talk-need-reached", { n: REACHED })) && reached,
      fault(ended, wrongTimes !== "" && t(wrongTimes)) && ended,
    ].find(Boolean);
    if (wrong) return wrong.scrollIntoView({ block: "center" });
    const policy = draft.policy === null ? undefined : asks({ policy: draft.policy });
    const few = policy !== undefined && taken(draft) < policy.photographs;
    lacking.textContent = few ? t("talk-photos-few", { n: policy.photographs, what: policy.basis }) : "";
    if (few) return lacking.scrollIntoView({ block: "center" });
    await settled();
    const said = { outcome: "done", text: draft.text, talk: { topic: talk.topic.trim(), reached: count, handed_out: talk.handed_out.trim(), by: party(talk.by) } };
    await hold(itemsOf(draft, said), `draft:${draft.id}`);
    done();
    void sync();
  });
  return make(
    "div", { class: "stack-l" },
    make("section", { class: "card stack" }, make("h2", {}, draft.subject_name), make("p", { class: "hint" }, t("talk-lead")),
      field(t("talk-topic"), topic, t("talk-topic-hint")), make("div", { class: "grid-2" }, field(t("talk-reached"), reached), field(t("talk-handed-out"), typed("handed_out", { maxlength: String(HANDED_OUT) }), t("talk-handed-out-hint"))),
      field(t("talk-by"), by, partiesHint()), make("div", { class: "grid-2" }, field(t("talk-began"), began), field(t("talk-ended"), ended)), field(t("talk-text"), text), policyField(draft, save), camera(draft.photos, save)),
    lacking, make("div", { class: "send-bar" }, end), note,
    draft.asked ? make("details", { class: "card" }, make("summary", {}, t("talk-skip")), skipForm(draft, done)) : null,
    discardPart(draft),
  );
}

/** Which of the policies that ask for a talk here it is given by. */
function policyField(draft: RoundDraft, save: () => void): HTMLElement | null {
  const due = (state.pack?.due ?? []).filter((one) => one.kind === "talk" && one.subject.id === draft.subject.id);
  const known = new Map(due.flatMap((one) => (one.policy === null ? [] : [[one.policy, one.policy_title] as const])));
  if (draft.policy && !known.has(draft.policy)) known.set(draft.policy, t("talk-asked"));
  if (known.size === 0) return null;
  return field(t("talk-policy"), choice([["", t("talk-no-policy")], ...known], draft.policy ?? "", (value) => {
    draft.policy = value || null;
    save();
  }));
}
