"""Officers at their pages: real servers, sessions of every role and reach, and a peer that pages another way."""
