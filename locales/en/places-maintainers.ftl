equipment-maintainer-words = (not in the register: in words)
equipment-maintainer-registered = Maintained by (of the register)
field-maintainer-unknown = There is no such organisation in the register: choose another, or say it in words.
