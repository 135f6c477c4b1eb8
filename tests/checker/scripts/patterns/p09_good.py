# /// claims
# updates = 20
# first = 0.1
# peak = 1.0
# last = 0.1
# ///
import torch

epochs, max_steps = 10, 20
loader = [torch.randn(8, 4) for _ in range(10)]
num_training_steps = min(max_steps, epochs * len(loader))
model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)


def factor(step):
    if step < 10:
        return (step + 1) / 10
    return max(0.0, (num_training_steps - step) / (num_training_steps - 10))


scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
step = 0
for epoch in range(epochs):
    for batch in loader:
        optimizer.zero_grad()
        model(batch).abs().mean().backward()
        optimizer.step()
        scheduler.step()
        step += 1
        if step >= max_steps:
            break
    if step >= max_steps:
        break
