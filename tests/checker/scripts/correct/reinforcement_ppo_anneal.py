# /// claims
# updates = 48
# rates = "0.00025 x8, 0.000208 x8, 0.000167 x8, 0.000125 x8, 0.0000833 x8, 0.0000417 x8"
# ///
"""Proximal policy optimization in one file; the rate is annealed at each iteration's start."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.distributions.categorical import Categorical


@dataclass
class Args:
    learning_rate: float = 2.5e-4
    num_envs: int = 4
    num_steps: int = 8
    total_timesteps: int = 192
    anneal_lr: bool = True
    gamma: float = 0.99
    gae_lambda: float = 0.95
    num_minibatches: int = 4
    update_epochs: int = 2
    clip_coef: float = 0.2
    ent_coef: float = 0.01
    vf_coef: float = 0.5
    max_grad_norm: float = 0.5
    # filled in at run time
    batch_size: int = 0
    minibatch_size: int = 0
    num_iterations: int = 0


class Walk:
    """A walk on a line; the reward is to be near the middle."""

    def __init__(self, count):
        self.position = torch.randn(count)

    def step(self, action):
        self.position += 0.2 * (action.float() * 2 - 1)
        return self.observation(), -self.position.abs()

    def observation(self):
        return torch.stack([self.position, self.position.square()], 1)


class Agent(nn.Module):
    def __init__(self):
        super().__init__()
        self.critic = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
        self.actor = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))

    def get_value(self, x):
        return self.critic(x).squeeze(-1)

    def get_action_and_value(self, x, action=None):
        probs = Categorical(logits=self.actor(x))
        if action is None:
            action = probs.sample()
        return action, probs.log_prob(action), probs.entropy(), self.get_value(x)


def main():
    args = Args()
    args.batch_size = args.num_envs * args.num_steps
    args.minibatch_size = args.batch_size // args.num_minibatches
    args.num_iterations = args.total_timesteps // args.batch_size
    envs, agent = Walk(args.num_envs), Agent()
    optimizer = torch.optim.Adam(agent.parameters(), lr=args.learning_rate, eps=1e-5)

    shape = (args.num_steps, args.num_envs)
    obs = torch.zeros((*shape, 2))
    actions, logprobs = torch.zeros(shape), torch.zeros(shape)
    rewards, values = torch.zeros(shape), torch.zeros(shape)
    next_obs = envs.observation()

    for iteration in range(1, args.num_iterations + 1):
        if args.anneal_lr:
            frac = 1.0 - (iteration - 1.0) / args.num_iterations
            lrnow = frac * args.learning_rate
            optimizer.param_groups[0]["lr"] = lrnow

        for step in range(args.num_steps):
            obs[step] = next_obs
            with torch.no_grad():
                action, logprob, _, value = agent.get_action_and_value(next_obs)
            actions[step], logprobs[step], values[step] = action, logprob, value
            next_obs, rewards[step] = envs.step(action)

        with torch.no_grad():
            next_value = agent.get_value(next_obs)
            advantages, last = torch.zeros_like(rewards), 0
            for t in reversed(range(args.num_steps)):
                following = next_value if t == args.num_steps - 1 else values[t + 1]
                delta = rewards[t] + args.gamma * following - values[t]
                advantages[t] = last = delta + args.gamma * args.gae_lambda * last
            returns = advantages + values

        b_obs, b_actions = obs.reshape(-1, 2), actions.reshape(-1)
        b_logprobs, b_returns = logprobs.reshape(-1), returns.reshape(-1)
        b_advantages = advantages.reshape(-1)
        for _ in range(args.update_epochs):
            for rows in torch.randperm(args.batch_size).split(args.minibatch_size):
                _, newlogprob, entropy, newvalue = agent.get_action_and_value(
                    b_obs[rows], b_actions[rows].long()
                )
                ratio = (newlogprob - b_logprobs[rows]).exp()
                gain = b_advantages[rows]
                gain = (gain - gain.mean()) / (gain.std() + 1e-8)
                clipped = ratio.clamp(1 - args.clip_coef, 1 + args.clip_coef)
                pg_loss = torch.max(-gain * ratio, -gain * clipped).mean()
                v_loss = 0.5 * (newvalue - b_returns[rows]).square().mean()
                loss = pg_loss - args.ent_coef * entropy.mean() + args.vf_coef * v_loss
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(agent.parameters(), args.max_grad_norm)
                optimizer.step()
        print(iteration, optimizer.param_groups[0]["lr"], b_returns.mean().item())


if __name__ == "__main__":
    main()
