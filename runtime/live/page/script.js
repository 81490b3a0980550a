// Refreshes the page, a part at a time, until it is paused. Without this script the page is as it was when it was loaded.
"use strict";
(() => {
	const interval = 2000;
	const stored = "tele-refresh-paused";
	let paused = sessionStorage.getItem(stored) === "yes";
	let timer = 0;

	const box = document.createElement("input");
	box.type = "checkbox";
	box.id = "refreshing";
	box.checked = !paused;
	const label = document.createElement("label");
	label.append(box, " refresh");
	const status = document.createElement("span");
	status.id = "refreshed";
	document.getElementById("refresh").append(label, status);

	// replace puts the parts of a page that are newer in place of those here, and leaves scroll positions and the focus where they are.
	function replace(page) {
		const focused = document.activeElement && document.activeElement.id;
		for (const part of document.querySelectorAll("[data-live]")) {
			const newer = page.getElementById(part.id);
			if (newer && newer.innerHTML !== part.innerHTML) {
				part.replaceChildren(...newer.childNodes);
			}
		}
		const again = focused && document.getElementById(focused);
		if (again && again !== document.activeElement) {
			again.focus({preventScroll: true});
		}
	}

	// busy is whether somebody is at something that a refresh would disturb.
	function busy() {
		const selection = getSelection();
		return document.hidden || (selection && !selection.isCollapsed);
	}

	async function refresh() {
		try {
			if (!busy()) {
				const answer = await fetch(location.href, {cache: "no-store"});
				if (!answer.ok) {
					throw new Error(answer.status);
				}
				replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
				status.textContent = new Date().toLocaleTimeString();
				status.className = "";
			}
		} catch {
			status.textContent = "no answer; trying again";
			status.className = "lost";
		}
		schedule();
	}

	function schedule() {
		clearTimeout(timer);
		if (!paused) {
			timer = setTimeout(refresh, interval);
		}
	}

	box.addEventListener("change", () => {
		paused = !box.checked;
		sessionStorage.setItem(stored, paused ? "yes" : "no");
		clearTimeout(timer);
		if (!paused) {
			refresh();
		}
	});
	schedule();
})();
