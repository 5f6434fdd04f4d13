// Runs before the page is drawn, so that what needs script is there from the first moment.
document.body.className += " js-enabled nhsuk-frontend-supported";
