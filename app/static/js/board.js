// The board: one live line; tiles change at once, table and map follow from one consistent reading.

import "./keys.js";
import { later as renewAsides } from "./board-asides.js";
import { colour, drawMap } from "./board-map.js";
import { reader, showTable, showTotals } from "./board-figures.js";
import { watch } from "./live.js";
import { liveRows } from "./ticket-rows.js";

const { region, rows } = document.getElementById("main").dataset;
const list = liveRows(document.getElementById("rows"), document.getElementById("waiting"), Number(rows),
  (count) => { document.getElementById("no-rows").hidden = count > 0; });

let drawn = false;
const read = reader(region, (figures) => {
  showTable(figures);
  if (drawn) return colour(figures.children);
  drawn = true;
  drawMap(region, figures.children);
});
read();

const line = watch(region, {
  onSnapshot({ counters, rows: all }) { showTotals(counters); list.snapshot(all); read(); },
  onChanges({ counters, tickets }) { if (counters) showTotals(counters); list.changes(line.rows, tickets); read(); renewAsides(); },
});
