"""What several test modules share: where others' vectors lie, and arithmetic to check ours against."""
