# /// claims
# updates = 36
# rates = "0.0002 x12, 0.0002 x6, 0.00015 x6, 0.0001 x6, 0.00005 x6"
# [[more]]
# optimizer = 1
# updates = 36
# rates = "0.0002 x18"
# ///
"""Image translation: the rate is kept for some epochs and then falls linearly to zero."""

import itertools
import random

import torch
from torch import nn
from torch.optim import lr_scheduler


class Options:
    lr = 0.0002
    beta1 = 0.5
    lr_policy = "linear"
    epoch_count = 1
    n_epochs = 3
    n_epochs_decay = 3
    lr_decay_iters = 50
    lambda_cycle = 10.0


def get_scheduler(optimizer, opt):
    """Return a learning rate scheduler for the policy of the options."""
    if opt.lr_policy == "linear":

        def lambda_rule(epoch):
            passed = max(0, epoch + opt.epoch_count - opt.n_epochs)
            return 1.0 - passed / float(opt.n_epochs_decay + 1)

        scheduler = lr_scheduler.LambdaLR(optimizer, lr_lambda=lambda_rule)
    elif opt.lr_policy == "step":
        scheduler = lr_scheduler.StepLR(optimizer, step_size=opt.lr_decay_iters, gamma=0.1)
    elif opt.lr_policy == "plateau":
        scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, mode="min", factor=0.2, patience=5)
    elif opt.lr_policy == "cosine":
        scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=opt.n_epochs, eta_min=0)
    else:
        raise NotImplementedError(f"learning rate policy [{opt.lr_policy}] is not implemented")
    return scheduler


class ImagePool:
    """A buffer of images that were generated before."""

    def __init__(self, size):
        self.size, self.images = size, []

    def query(self, images):
        out = []
        for image in images:
            if len(self.images) < self.size:
                self.images.append(image)
                out.append(image)
            elif random.random() > 0.5:
                index = random.randrange(self.size)
                out.append(self.images[index].clone())
                self.images[index] = image
            else:
                out.append(image)
        return torch.stack(out)


def set_requires_grad(nets, requires_grad):
    for net in nets:
        for param in net.parameters():
            param.requires_grad = requires_grad


class CycleGANModel:
    def __init__(self, opt):
        self.opt = opt
        self.netG_A, self.netG_B = nn.Conv2d(3, 3, 3, padding=1), nn.Conv2d(3, 3, 3, padding=1)
        self.netD_A, self.netD_B = nn.Conv2d(3, 1, 3), nn.Conv2d(3, 1, 3)
        self.fake_A_pool, self.fake_B_pool = ImagePool(8), ImagePool(8)
        self.optimizer_G = torch.optim.Adam(
            itertools.chain(self.netG_A.parameters(), self.netG_B.parameters()),
            lr=opt.lr,
            betas=(opt.beta1, 0.999),
        )
        self.optimizer_D = torch.optim.Adam(
            itertools.chain(self.netD_A.parameters(), self.netD_B.parameters()),
            lr=opt.lr,
            betas=(opt.beta1, 0.999),
        )
        self.optimizers = [self.optimizer_G, self.optimizer_D]
        self.schedulers = []

    def setup(self, opt):
        self.schedulers = [get_scheduler(optimizer, opt) for optimizer in self.optimizers]

    def update_learning_rate(self, metric=0):
        """Update the rates of all networks; called at the end of every epoch."""
        old_lr = self.optimizers[0].param_groups[0]["lr"]
        for scheduler in self.schedulers:
            if self.opt.lr_policy == "plateau":
                scheduler.step(metric)
            else:
                scheduler.step()
        lr = self.optimizers[0].param_groups[0]["lr"]
        print(f"learning rate {old_lr:.7f} -> {lr:.7f}")

    @staticmethod
    def gan_loss(prediction, real):
        target = torch.full_like(prediction, float(real))
        return nn.functional.mse_loss(prediction, target)

    def backward_d(self, net, real, fake):
        loss = 0.5 * (self.gan_loss(net(real), True) + self.gan_loss(net(fake.detach()), False))
        loss.backward()
        return loss

    def optimize_parameters(self, real_a, real_b):
        fake_b, fake_a = self.netG_A(real_a), self.netG_B(real_b)
        cycle_a, cycle_b = self.netG_B(fake_b), self.netG_A(fake_a)
        set_requires_grad([self.netD_A, self.netD_B], False)
        self.optimizer_G.zero_grad()
        loss = self.gan_loss(self.netD_A(fake_b), True) + self.gan_loss(self.netD_B(fake_a), True)
        cycle = (cycle_a - real_a).abs().mean() + (cycle_b - real_b).abs().mean()
        (loss + self.opt.lambda_cycle * cycle).backward()
        self.optimizer_G.step()
        set_requires_grad([self.netD_A, self.netD_B], True)
        self.optimizer_D.zero_grad()
        self.backward_d(self.netD_A, real_b, self.fake_B_pool.query(fake_b.detach()))
        self.backward_d(self.netD_B, real_a, self.fake_A_pool.query(fake_a.detach()))
        self.optimizer_D.step()


def main():
    opt = Options()
    dataset = [(torch.randn(2, 3, 6, 6), torch.randn(2, 3, 6, 6)) for _ in range(6)]
    model = CycleGANModel(opt)
    model.setup(opt)
    for _ in range(opt.epoch_count, opt.n_epochs + opt.n_epochs_decay + 1):
        for real_a, real_b in dataset:
            model.optimize_parameters(real_a, real_b)
        model.update_learning_rate()


if __name__ == "__main__":
    main()
