"""For those who write a policy: is it fair and whole, what does it say, what changes, and whose verdict flips?"""
