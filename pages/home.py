"""Trang đầu: leads everyone to the screen they start with."""

import streamlit as st

from models import Role
from ui import enter

actor = enter()
st.switch_page("pages/my_group.py" if actor.role is Role.LEAD else "pages/today.py")
