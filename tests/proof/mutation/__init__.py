"""Mutation testing of the rooms that say no: does a test fail when a line of them is wrong?

    changes    source in, mutants out: one small change each
    swapping   one mutant into a process that has everything imported
    running    a pytest session that forks: which tests touch which line, and what becomes of a mutant
    survivors  the checked-in list of those that no test needs to kill, each with its reason
    __main__   the whole run, its slices and its report

A tool of our own, since what there is copies the tree, and starts an interpreter for each mutant or mutates less: here a mutant costs a
fork, and only the tests that touch its line.
"""
