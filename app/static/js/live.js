// The live line: watches one region, merges every change by ticket number, catches up after an interruption.
//
//   import { watch } from "./live.js";
//   const line = watch("210102", {
//     onSnapshot({ counters, rows, truncated }) {},   // everything anew; rows is a Map number -> Row
//     onChanges({ counters, tickets }) {},            // only what changed; a row with removed: true has left the list
//   });
//   line.rows, line.counters, line.stop()
//
// The state is told in words in every [data-live] element (data-on, data-catching, data-off hold the words);
// [data-as-of] holds the time as of which the page is true. It stands still while the line is interrupted.

import { io } from "socket.io-client";
import { now, second } from "./time.js";

const WAIT = 10000, RETRY = 2000, BEAT = 5000;

export function watch(region, { onSnapshot = () => {}, onChanges = () => {} } = {}) {
  const socket = io({ transports: ["websocket", "polling"], tryAllTransports: true });  // some firewalls let no WebSocket through
  const line = { rows: new Map(), counters: null, seq: null, state: "off", stop: () => { clearInterval(beat); socket.close(); } };
  let early = [];      // changes that arrive while the answer to `since` is still on its way
  let asking = false;

  const tell = (state) => { line.state = state; showState(state); };
  const beat = setInterval(() => line.state === "on" && showTime(), BEAT);

  async function ask() {
    if (asking || !socket.connected) return;
    asking = true;
    tell("catching");
    const [event, query] = line.seq === null ? ["watch", { region }] : ["since", { region, seq: line.seq }];
    const answer = await socket.timeout(WAIT).emitWithAck(event, query).catch(() => null);
    asking = false;
    if (!answer) return void setTimeout(ask, RETRY);
    if (answer.error) return tell("off");
    event === "since" && !answer.snapshot ? change(answer) : replace(answer);
    early.splice(0).forEach(take);
    tell("on");
  }

  function take(message) {
    if (message.region !== region) return;
    if (asking) return void early.push(message);
    if (line.seq !== null && message.seq > line.seq) change(message);
  }

  function replace({ seq, counters, tickets, truncated }) {
    Object.assign(line, { seq, counters, rows: new Map(tickets.map((row) => [row.number, row])) });
    onSnapshot({ counters, rows: line.rows, truncated: Boolean(truncated) });
    showTime();
  }

  function change({ seq, counters, tickets = [] }) {
    Object.assign(line, { seq, counters: counters || line.counters });
    for (const row of tickets) row.removed ? line.rows.delete(row.number) : line.rows.set(row.number, row);
    onChanges({ counters: line.counters, tickets });
    showTime();
  }

  socket.on("connect", ask);
  socket.on("changes", take);
  socket.on("disconnect", () => { early = []; tell("off"); });
  socket.on("connect_error", () => tell("off"));
  return line;
}

export function showState(state) {
  for (const element of document.querySelectorAll("[data-live]")) {
    element.className = `live live--${state}`;
    element.textContent = element.dataset[state];
  }
}

export function showTime() {
  for (const element of document.querySelectorAll("[data-as-of]")) element.textContent = second(now());
}
