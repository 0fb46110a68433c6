"""The domain kernel of the iWlz network: code lists, identifiers, periods and the cast of the demonstration network.

Pure values and functions. It reads nothing but its own data file, imports nothing of ours, and is imported downward only
(registers, silvester and network use it; the gateway and the issuer know nothing of iWlz).
"""
