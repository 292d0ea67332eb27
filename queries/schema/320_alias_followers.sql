-- An alias that nobody has said: it follows from others (A became B, and B became C), and goes when they go.
alter table aliases add column follows boolean;
