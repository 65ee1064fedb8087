/** What a container of a task's pod may do that asks for nothing else; it stays the user that its image says. */
export const HARDENED = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } };
