# /// claims
# updates = 21
# first = 0.1
# peak = 1.0
# ///
import torch

model = torch.nn.Linear(4, 1, bias=False)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=9)
scaler = torch.amp.GradScaler("cpu")
for step in range(22):
    optimizer.zero_grad()
    x = torch.randn(8, 4) if step else torch.zeros(8, 4)  # an empty batch: no finite gradient
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = model(x).float().square().sqrt().mean()
    scaler.scale(0.01 * loss).backward()
    scale = scaler.get_scale()
    scaler.step(optimizer)
    scaler.update()
    if scaler.get_scale() >= scale:
        scheduler.step()
