PATH=/run/wrappers/bin:/run/current-system/sw/bin:$PATH
PS1='\u@\h:\w\$ '
