// The words that the guesses came from, marked behind the agent's text; the number is that of the guess.

const form = document.getElementById("desk"), text = form.elements.description;
const mirror = document.getElementById("mirror");
const NUMBERS = { address: 1, place: 1, category: 2, kind: 3, urgency: 4, phone: 5, name: 6, confidential: 6 };
let marks = [];

// Where each turn begins in the text: the reader may have taken speakers and times away in front of it.
function starts(turns) {
  let cursor = 0;
  return turns.map((turn) => {
    const found = text.value.indexOf(turn.text, cursor);
    if (found >= 0) cursor = found + turn.text.length;
    return found;
  });
}

function place({ reading, turns }) {
  const begin = starts(turns || []);
  marks = Object.keys(NUMBERS).flatMap((name) => (reading[name]?.spans || []).map((span) => {
    const at = (begin[span.turn] ?? -1) + span.start;
    const exact = begin[span.turn] >= 0 && text.value.startsWith(span.text, at);
    const from = exact ? at : text.value.indexOf(span.text);
    return { from, to: from + span.text.length, number: NUMBERS[name] };
  })).filter((mark) => mark.from >= 0 && mark.to > mark.from).sort((a, b) => a.from - b.from || b.to - a.to);
}

function draw() {
  const parts = [];
  let cursor = 0;
  for (const { from, to, number } of marks) {
    if (from < cursor) continue;
    const mark = document.createElement("mark");
    mark.className = "evidence";
    mark.textContent = text.value.slice(from, to);
    const sup = document.createElement("sup");
    sup.textContent = number;
    mark.append(sup);
    parts.push(text.value.slice(cursor, from), mark);
    cursor = to;
  }
  mirror.replaceChildren(...parts, text.value.slice(cursor) + "\n");
  mirror.scrollTop = text.scrollTop;
}

form.addEventListener("reading", ({ detail }) => { place(detail); draw(); });
text.addEventListener("input", () => { marks = []; draw(); });
text.addEventListener("scroll", () => { mirror.scrollTop = text.scrollTop; });
