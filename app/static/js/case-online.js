// Says in words whether the phone has a network: [data-online] with data-on and data-off.

const show = () => {
  for (const element of document.querySelectorAll("[data-online]")) {
    element.hidden = false;
    element.className = `live live--${navigator.onLine ? "on" : "off"}`;
    element.textContent = navigator.onLine ? element.dataset.on : element.dataset.off;
  }
};

addEventListener("online", show);
addEventListener("offline", show);
show();
