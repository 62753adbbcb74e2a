// What is seen when one looks closer: the open tickets of the view, clustered, and the cells where no tiles bring them.

import { get } from "./api.js";

const TICKETS_FROM = 11, CELLS_FROM = 12, PAUSE = 200;

// Gives a function that looks again: for whoever knows that something has changed.
export function followView(map, code, cellsByView) {
  let soon = 0, asked = null;

  async function look() {
    asked?.abort();
    asked = new AbortController();
    const { signal } = asked, box = map.getBounds().toArray().flat().map((degree) => degree.toFixed(5)).join(",");
    const show = async (source, from, kind) => {
      if (map.getZoom() < from) return;
      const found = await get(`/map/${code}/${kind}?box=${box}`, { signal }).catch(() => null);
      if (found && !signal.aborted) map.getSource(source).setData(found);
    };
    await Promise.all([show("tickets", TICKETS_FROM, "tickets"), cellsByView && show("cells", CELLS_FROM, "cells")]);
  }

  const later = (wait) => { clearTimeout(soon); soon = setTimeout(look, wait); };
  map.on("moveend", () => later(PAUSE));
  map.on("click", "points", ({ features }) => location.assign(`/tickets/${features[0].properties.number}`));
  map.on("click", "clusters", async ({ features }) => {
    const zoom = await map.getSource("tickets").getClusterExpansionZoom(features[0].properties.cluster_id);
    map.easeTo({ center: features[0].geometry.coordinates, zoom });
  });
  return () => later(PAUSE);
}
