// What people are called.

export const named = (person) => person.charAt(0).toUpperCase() + person.slice(1);
