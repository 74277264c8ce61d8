//! Open, respond, seal; notes each refusal and its remedy.
