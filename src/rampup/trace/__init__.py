"""What happened, as plain data: events, their journal, and sentences about them. No torch.

Not here: taking measurements (`rampup.recorder`) and drawing them (`rampup.report`).
"""
