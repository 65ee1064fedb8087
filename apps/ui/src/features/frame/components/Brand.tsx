export const Brand = () => (
  <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="var(--mr-accent)" strokeWidth="2" strokeLinecap="round" aria-hidden="true">
    <path d="M1.8 5.2c2.7-2.2 5.4-2.2 8.2 0s5.5 2.2 8.2 0" />
    <path d="M1.8 10.2c2.7-2.2 5.4-2.2 8.2 0" opacity=".95" />
    <path d="M1.8 15.2c2.7-2.2 5.4-2.2 8.2 0s5.5 2.2 8.2 0" opacity=".55" />
    <circle cx="15" cy="10.2" r="2.1" fill="var(--mr-accent)" stroke="none" />
  </svg>
);
